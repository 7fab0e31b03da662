"""What alembic runs for every command: migrations go through the connection, and in the transaction, of the caller."""

from alembic import context

from calplan.state.tables import METADATA, VERSION

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION.name
)
with context.begin_transaction():
    context.run_migrations()
