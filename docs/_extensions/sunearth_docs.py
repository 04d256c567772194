"""What these pages need beyond Sphinx: formulas without scripts, tables and pictures of the chain, thumbnails."""

import re

import pictures
from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util.docutils import SphinxDirective

from sunearth.chain.stages import STAGES
from sunearth.chain.variables import VARIABLES


def _visit_math(translator, node):
    translator.body.append(latex2mathml.tex2mathml(node.astext()))
    raise nodes.SkipNode


def _visit_math_block(translator, node):
    translator.body.append(f'<div class="formula">{latex2mathml.tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


class ChainPicture(SphinxDirective):
    """The way of energy from the Sun to the ground."""

    def run(self):
        """Return the picture as inline SVG: it takes its colours from the theme."""
        return [nodes.raw("", f'<div class="picture">{pictures.chain_picture()}</div>', format="html")]


class FlowPicture(SphinxDirective):
    """Which stage of the chain reads what from which."""

    def run(self):
        """Return the diagram as inline SVG."""
        return [nodes.raw("", f'<div class="picture">{pictures.flow_picture()}</div>', format="html")]


class StageTable(SphinxDirective):
    """The stages of the chain with their questions, what they add and the models to choose from."""

    def run(self):
        """Return the table."""
        added = pictures.variables_of_stages()
        rows = ["| Stage | Adds | Models, the default first |", "|---|---|---|"]
        for stage in STAGES:
            names = ", ".join(f"[`{path.rsplit('.', 1)[1]}`](#sunearth.{path})" for path in stage.choices)
            adds = ", ".join(f"`{name}`" for name in added[stage.name])
            rows.append(f"| **`{stage.name}`** {stage.question} | {adds} | {names} |")
        return self.parse_text_to_nodes("\n".join(rows))


class VariableTable(SphinxDirective):
    """The variables of a run with their units."""

    def run(self):
        """Return the table."""
        rows = ["| Name | Unit | Meaning |", "|---|---|---|"]
        for name, variable in VARIABLES.items():
            unit = "of the chosen model" if name == "coupling" else variable.unit if variable.unit != "1" else ""
            rows.append(f"| `{name}` | {pictures.html_unit(unit)} | {variable.long_name} |")
        return self.parse_text_to_nodes("\n".join(rows))


class Thumbnail(SphinxDirective):
    """The first picture of an executed page, as a link to it."""

    required_arguments = 1

    def run(self):
        """Leave a mark that is replaced once every page has been read."""
        mark = _ThumbnailMark()
        mark["page"] = self.arguments[0]
        return [mark]


class _ThumbnailMark(nodes.General, nodes.Element):
    pass


def _place_thumbnails(app, doctree, docname):
    for mark in list(doctree.findall(_ThumbnailMark)):
        images = list(app.env.get_doctree(mark["page"]).findall(nodes.image))
        target = app.builder.get_relative_uri(docname, mark["page"])
        link = nodes.reference("", "", internal=True, refuri=target)
        if images:
            picture = images[0].deepcopy()
            picture["alt"] = ""
            picture["classes"] = ["thumbnail"]
            for attribute in ("width", "height", "align"):
                picture.attributes.pop(attribute, None)
            link += picture
        mark.replace_self(nodes.paragraph("", "", link))


def _escape_bars(app, what, name, obj, options, lines):
    """Let ``|Dst|`` in a docstring mean a magnitude, not a substitution; lines of a block keep their bar."""
    for k, line in enumerate(lines):
        lines[k] = line[:2] + re.sub(r"(?<!`)\|(?!`)", r"\\|", line[2:]) if "``" not in line else line


def setup(app):
    """Register the directives and the renderer of formulas."""
    app.add_html_math_renderer("mathml", (_visit_math, None), (_visit_math_block, None))
    app.add_directive("chain-picture", ChainPicture)
    app.add_directive("chain-flow", FlowPicture)
    app.add_directive("stage-table", StageTable)
    app.add_directive("variable-table", VariableTable)
    app.add_directive("thumbnail", Thumbnail)
    app.add_node(_ThumbnailMark)
    app.connect("doctree-resolved", _place_thumbnails)
    # Before napoleon reads the sections.
    app.connect("autodoc-process-docstring", _escape_bars, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
