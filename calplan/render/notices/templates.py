"""Templates made into text: in a sandbox, and whatever is wrong with one is said with its file and line."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Final

from calplan.render.notices.sources import TEMPLATE, NoticeError, Sources
from calplan.render.untrusted import for_markdown, for_markdown_code, for_terminal

if TYPE_CHECKING:
    from jinja2 import Environment

FILTERS: Final = {"md": for_markdown, "code": for_markdown_code}
GLOBALS: Final = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace", "loop", "self", "super"})
MOST_NAMED: Final = 30
LONGEST: Final = 256 * 1024
"""Signs of one message; whatever is longer is no message."""

Value = object


@dataclass(frozen=True, kw_only=True)
class Templates:
    """Makes texts of the templates in ``sources``. No template can reach anything but the words it is given."""

    sources: Sources
    judged: set[tuple[str, frozenset[str]]] = field(default_factory=set, repr=False)
    """Templates that use no other names than those they are given."""

    @cached_property
    def environment(self) -> "Environment":
        from jinja2 import FunctionLoader, StrictUndefined  # noqa: PLC0415 - heavy
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - heavy

        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._loaded),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html.j2"),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(FILTERS)
        return environment

    def _loaded(self, name: str) -> tuple[str, str, None] | None:
        found = self.sources.texts.get(name)
        # The second is the file that tracebacks name.
        return None if found is None else (found.text, name, None)

    def text(self, name: str, values: Mapping[str, Value]) -> str:
        """The template of this name with these values inserted.

        Raises:
            NoticeError: the template is wrong.
        """
        from jinja2 import TemplateError  # noqa: PLC0415 - heavy

        self.sources.get(name)
        self._judge(name, values.keys(), ())
        try:
            parts: list[str] = []
            length = 0
            for part in self.environment.get_template(name).generate(dict(values)):
                parts.append(part)
                length += len(part)
                if length > LONGEST:
                    raise NoticeError(TEMPLATE, f"{self._place(name)}: this makes more than {LONGEST} signs")
            return "".join(parts)
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._said(error, name) from error
        except (RecursionError, MemoryError) as error:
            raise NoticeError(TEMPLATE, f"{self._place(name)}: this template never comes to an end") from error

    def _judge(self, name: str, known: AbstractSet[str], above: tuple[str, ...]) -> None:
        """Hold every name that a template uses, on whatever path, against those there are."""
        from jinja2 import TemplateSyntaxError, meta, nodes  # noqa: PLC0415 - heavy

        if (name, frozenset(known)) in self.judged:
            return
        try:
            tree = self.environment.parse(self.sources.get(name).text, name, name)
            undeclared = meta.find_undeclared_variables(tree) - known - GLOBALS
        except (TemplateSyntaxError, RecursionError) as error:
            raise self._said(error, name) from error
        for one in tree.find_all(nodes.Name):
            if one.name in undeclared:
                place = self._place(name, one.lineno)
                raise NoticeError(TEMPLATE, f"{place}: there is no name `{one.name}`.{_near(one.name, known)}")
        for other in sorted({one for one in meta.find_referenced_templates(tree) if one is not None}):
            if other not in self.sources.texts:
                raise NoticeError(TEMPLATE, f"{self._place(name)}: it includes {other!r}, which is not there")
            if other in above or other == name:
                raise NoticeError(TEMPLATE, f"{self._place(name)}: it includes itself, by way of {other!r}")
            self._judge(other, {*known, *_set_in(tree)}, (*above, name))
        self.judged.add((name, frozenset(known)))

    def _said(self, error: BaseException, name: str) -> NoticeError:
        from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - heavy

        if isinstance(error, TemplateSyntaxError):
            where = error.name if error.name and error.name in self.sources.texts else name
            return NoticeError(TEMPLATE, f"{self._place(where, error.lineno)}: {for_terminal(error.message or '')}")
        where, line = _deepest(error.__traceback__, self.sources.texts.keys()) or (name, None)
        return NoticeError(TEMPLATE, f"{self._place(where, line)}: {_sentence(error)}")

    def _place(self, name: str, line: int | None = None) -> str:
        found = self.sources.texts.get(name)
        place = name if found is None else found.place
        return place if line is None else f"{place}:{line}"


def _set_in(tree: object) -> Iterator[str]:
    """Names that a template sets itself and hands on to what it includes."""
    from jinja2 import nodes  # noqa: PLC0415 - heavy

    if isinstance(tree, nodes.Node):
        yield from (one.name for one in tree.find_all(nodes.Name) if one.ctx in ("store", "param"))


def _deepest(traceback: TracebackType | None, names: AbstractSet[str]) -> tuple[str, int] | None:
    """The innermost place within a template at which an error was raised."""
    found = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file in names:
            found = (file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _sentence(error: BaseException) -> str:
    return for_terminal(str(error) or type(error).__name__)


def _near(name: str, known: AbstractSet[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    if near:
        return f" Did you mean `{near[0]}`?"
    return f" There are: {', '.join(sorted(known)[:MOST_NAMED])}"
