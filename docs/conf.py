"""How the documentation is built: by Sphinx from the installed package, without a network."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "_extensions")]
# Notebook cells run the `sunearth` of the environment that builds the documentation, whether it is activated or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# Help and tables of the command line come out in one width and without colours.
os.environ |= {"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb", "PYTHONWARNINGS": "ignore::DeprecationWarning"}
# Kernels start alike for everyone, say nothing about how they are reached, and run `!commands` without a terminal, so
# that no progress bar ends up on a page. A command may end with 2, a mistake that the page shows on purpose.
profile = HERE / "_build" / "ipython" / "profile_default"
(profile / "startup").mkdir(parents=True, exist_ok=True)
(profile / "ipython_kernel_config.py").write_text("get_config().IPKernelApp.log_level = 40\n", encoding="utf-8")
(profile / "startup" / "commands.py").write_text(
    """
import subprocess

def _run(command):
    done = subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout, end="")
    if done.returncode not in (0, 2):
        raise RuntimeError(f"{command} ended with {done.returncode}")

get_ipython().system = _run
""",
    encoding="utf-8",
)
os.environ["IPYTHONDIR"] = str(profile.parent)

import generate_reference

import sunearth

project = "sunearth"
author = "the sunearth developers"
project_copyright = "the sunearth developers, MIT licence"
version = release = sunearth.__version__
language = "en-GB"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sunearth_docs"]
exclude_patterns = ["_build", "_extensions", "**/.ipynb_checkpoints"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3
nb_execution_mode = "auto"
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_render_markdown_format = "gfm"
nb_mime_priority_overrides = [("html", "image/svg+xml", 15)]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = f"sunearth {version}"
html_static_path = ["_static"]
html_css_files = ["sunearth.css"]
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "sunearth"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
html_sidebars = {"index": []}


def _generate_reference(app):
    generate_reference.write_pages(Path(app.srcdir) / "reference" / "models")


def setup(app):
    """Write the reference of the models before Sphinx looks for pages."""
    app.connect("builder-inited", _generate_reference)
