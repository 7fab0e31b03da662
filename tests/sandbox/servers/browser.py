"""A browser without scripts: reads pages, and fills in and sends the forms on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

CHOICES = ("checkbox", "radio")


@dataclass(slots=True)
class Form:
    """A form: where it goes, what it would send, and the words on its buttons."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """Reads a page into its forms, links and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self.switches: dict[str, str] = {}
        self._into: list[str] | None = None
        self._link = ""
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.forms.append(Form(action=named["action"], method=named["method"]))
            case "input" if self.forms and "name" in named:
                self._input(self.forms[-1], named)
            case "select":
                self._select = named["name"]
                self.forms[-1].inputs.add(self._select)
            case "button":
                label = named.get("aria-label")
                if named.get("role") == "switch":
                    self.switches[label or ""] = named["aria-checked"]
                self.forms[-1].buttons += [label] if label else []
                self._into = None if label else []
            case "a":
                self._link, self._into = named["href"], []
            case "option":
                self._into = []
                if "selected" in named:
                    self._link = "selected"
            case _:
                pass

    @staticmethod
    def _input(form: Form, named: Mapping[str, str]) -> None:
        form.inputs.add(named["name"])
        if named.get("type") not in CHOICES or "checked" in named:
            form.values[named["name"]] = named.get("value", "on" if named.get("type") in CHOICES else "")

    def handle_endtag(self, tag: str) -> None:
        if self._into is None or tag not in ("button", "a", "option"):
            return
        text, self._into = " ".join("".join(self._into).split()), None
        if tag == "button":
            self.forms[-1].buttons.append(text)
        elif tag == "a":
            self.links.setdefault(text, self._link)
        elif self._link == "selected":
            self.forms[-1].values[self._select], self._link = text, ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._into is not None:
            self._into.append(data)


@dataclass(slots=True)
class Browser:
    """The page that is open."""

    http: httpx2.Client
    url: str = ""
    answer: httpx2.Response = field(init=False)
    page: Reader = field(init=False)

    def open(self, path: str) -> "Browser":
        return self._show(self.http.get(path, follow_redirects=True))

    def click(self, *links: str) -> "Browser":
        """Follow links by their words, one after the other."""
        for link in links:
            self.open(self.page.links[link])
        return self

    def press(self, button: str, **values: str | None) -> "Browser":
        """Press a button, after filling in its form; ``None`` unticks a box."""
        (form, *_) = [form for form in self.page.forms if button in form.buttons]
        sent = {name: value for name, value in {**form.values, **values}.items() if value is not None}
        if form.method == "get":
            return self._show(self.http.get(form.action, params=sent, follow_redirects=True))
        origin = str(self.http.base_url).rstrip("/")
        return self._show(self.http.post(form.action, data=sent, headers={"origin": origin}, follow_redirects=True))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.page.words).split())

    def form(self, button: str) -> Form:
        return next(form for form in self.page.forms if button in form.buttons)

    def _show(self, answer: httpx2.Response) -> "Browser":
        self.answer, self.page = answer, Reader(answer.text)
        return self
