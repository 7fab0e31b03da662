"""The inventory: users as they were read last, kept in a file beside the state, so that not every plan reads them."""
