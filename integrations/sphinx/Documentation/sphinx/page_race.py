# SPDX-License-Identifier: MIT OR Apache-2.0
"""``.. page-race:: FILE``: a race of Pagerace in a document.

In HTML the race runs, with its ASCII timeline for readers without JavaScript; PDF gets its picture;
any other output gets the ASCII timeline. All of it is made by the ``pagerace`` command when the
document is built, so a scenario that is no longer right fails the build.
"""

import hashlib
import os
import subprocess

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

#: A race takes no longer than this, in seconds: it is played, not searched.
PATIENCE = 60

#: What can be drawn.
VIEWS = ("timeline", "memory", "both", "text")


class page_race(nodes.General, nodes.Element):
    """A race. Its child is the ASCII timeline; ``picture`` says how its picture is made."""


def one_of(*words):
    return lambda argument: directives.choice(argument, words)


class PageRace(SphinxDirective):
    """Shows the race of a scenario file, which is looked for as images are."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {
        "at": directives.nonnegative_int,
        "caption": directives.unchanged,
        "controls": one_of("full", "steps", "none"),
        "kernel": directives.unchanged_required,
        "name": directives.unchanged,
        "ro": directives.flag,
        "schedule": directives.unchanged_required,
        "theme": one_of("light", "dark", "auto"),
        "view": one_of(*VIEWS),
    }

    def run(self):
        relative, file = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        played = [f"--{it}={self.options[it]}" for it in ("kernel", "schedule") if it in self.options]
        try:
            text = self.export(file, "ascii", played)
            link = self.export(file, "link", [f"--link={self.config.pagerace_page}", *played])
        except (OSError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", "") or error
            raise self.error(f"{self.arguments[0]}: {told}") from error
        node = page_race("", nodes.literal_block(text, text, language="none"))
        node["link"] = link.strip()
        node["shown"] = self.shown()
        node["picture"] = (file, played + self.drawn())
        node["alt"] = text
        if "caption" not in self.options:
            self.add_name(node)
            return [node]
        figure = nodes.figure("", node)
        words, messages = self.state.inline_text(self.options["caption"], self.lineno)
        figure += nodes.caption("", "", *words)
        self.add_name(figure)
        return [figure, *messages]

    def export(self, file, form, more):
        return pagerace(self.config, ["export", file, f"--as={form}", *more])

    def shown(self):
        """The attributes of the element."""
        names = [it for it in ("at", "controls", "theme", "view") if it in self.options]
        shown = {it: str(self.options[it]) for it in names}
        return shown | ({"ro": ""} if "ro" in self.options else {})

    def drawn(self):
        """The words of the command for the picture of the same."""
        view = self.options.get("view", "both")
        picture = "timeline" if view == "text" else view
        at = [f"--at={self.options['at']}"] if "at" in self.options else []
        return [f"--picture={picture}", "--theme=light", *at]


def pagerace(config, words):
    """What the command prints."""
    done = subprocess.run(
        [config.pagerace_command, *words],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    return done.stdout


class Pictures(SphinxPostTransform):
    """Puts a picture in the place of each race where it is printed and SVG can be converted."""

    # Before pictures are converted.
    default_priority = 100
    formats = ("latex", "texinfo")
    converters = {
        "kfigure",
        "sphinx.ext.imgconverter",
        "sphinxcontrib.cairosvgconverter",
        "sphinxcontrib.inkscapeconverter",
        "sphinxcontrib.rsvgconverter",
    }

    def run(self, **_):
        if self.converters.isdisjoint(self.app.extensions):
            return
        for node in list(self.document.findall(page_race)):
            image = nodes.image("", alt=node["alt"])
            image["uri"] = self.draw(*node["picture"])
            image["candidates"] = {"image/svg+xml": image["uri"]}
            self.env.images.add_file(self.env.docname, image["uri"])
            node.replace_self(image)

    def draw(self, file, words):
        """Where the picture lies, from the folder of the documents."""
        text = pagerace(self.config, ["export", file, "--as=svg", *words])
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        folder = os.path.join(self.app.doctreedir, "page-race")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{name}.svg")
        with open(path, "w", encoding="utf-8") as picture:
            picture.write(text)
        return os.path.relpath(path, self.app.srcdir)


def visit_html(self, node):
    self.body.append(self.starttag(node, "page-race", href=node["link"], **node["shown"]))


def depart_html(self, _):
    self.body.append("</page-race>\n")


def as_text(*_):
    """The ASCII timeline is its child."""


def add_script(app):
    """The element, on every page of HTML: the script is one file, and browsers keep it."""
    if app.builder.format == "html":
        app.add_js_file(app.config.pagerace_script, loading_method="async")


def setup(app):
    app.add_config_value("pagerace_command", "pagerace", "env", [str])
    app.add_config_value("pagerace_page", "", "env", [str])
    app.add_config_value("pagerace_script", "page-race.js", "html", [str])
    other = (as_text, as_text)
    app.add_node(
        page_race,
        html=(visit_html, depart_html),
        latex=other,
        man=other,
        texinfo=other,
        text=other,
    )
    app.add_directive("page-race", PageRace)
    app.add_post_transform(Pictures)
    app.connect("builder-inited", add_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
