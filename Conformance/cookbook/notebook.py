"""Runs the code of a notebook in its order, as Jupyter would, in this process: a kernel would bring a hundred megabytes of packages."""
import base64
import contextlib
import io
import json
import os
import re

import page


def pictures(plt):
    """The open figures as PNG, as a notebook shows them at the end of a cell, and closes them."""
    found = []
    for number in plt.get_fignums():
        figure, out = plt.figure(number), io.BytesIO()
        figure.savefig(out, format="png", dpi=72, metadata={"Software": None})
        found.append((figure, out.getvalue()))
        plt.close(figure)
    return found


def run(path, **settings):
    """Runs a notebook where it lies, and returns (names, [(cell, text, [(figure, PNG)])], notebook)."""
    import matplotlib.pyplot as plt
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    names, ran, came_from = {"__name__": "__main__"}, [], os.getcwd()
    try:
        os.chdir(os.path.dirname(path))
        for number, cell in enumerate(cell for cell in notebook["cells"] if cell["cell_type"] == "code"):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("".join(cell["source"]), f"{path}, cell {number + 1}", "exec"), names)
            if number == 0:
                names.update(settings)
            ran.append((cell, out.getvalue(), pictures(plt)))
    finally:
        os.chdir(came_from)
    return names, ran, notebook


def outputs(text, figures):
    """What a cell printed and drew, as a notebook keeps it."""
    kept = [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}] if text else []
    return kept + [{"output_type": "display_data", "metadata": {}, "data": {
        "image/png": base64.b64encode(png).decode() + "\n", "text/plain": ["<Figure>"]}} for _, png in figures]


def check(check, path, lake, write=False):
    names, ran, notebook = run(path, LAKE=lake)
    check.equal("notebook: format", (notebook["nbformat"], notebook["nbformat_minor"]), (4, 5))
    ids = [cell.get("id", "") for cell in notebook["cells"]]
    lawful = all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", id) for id in ids)
    check("notebook: each cell has an id of its own", lawful and len(set(ids)) == len(ids), ids)
    for number, (cell, text, figures) in enumerate(ran, 1):
        if write:
            cell["outputs"], cell["execution_count"] = outputs(text, figures), number
        kept = "".join("".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream")
        check.equal(f"notebook: what cell {number} prints", text, kept)
        plots = sum("image/png" in output.get("data", {}) for output in cell["outputs"])
        check.equal(f"notebook: how many plots cell {number} keeps", plots, len(figures))
    if write:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(notebook, file, indent=1, ensure_ascii=False)
            file.write("\n")
    drawn(check, names, [figure for _, _, figures in ran for figure, _ in figures])
    check("notebook: it stays small", os.path.getsize(path) < 400_000, os.path.getsize(path))


def drawn(check, names, figures):
    """The plots show the bars, and each divergence once."""
    check.equal("notebook: plots", len(figures), 2)
    price, delta, cvd = figures[0].axes[:3]
    bars = names["bars"]
    check.equal("notebook: the price that is drawn", list(price.lines[0].get_ydata()), [float(value) for value in bars["close"]])
    check.equal("notebook: the CVD that is drawn", list(cvd.lines[0].get_ydata()), [float(value) for value in bars["cvd"]])
    check.equal("notebook: deltas", sorted(patch.get_height() for patch in delta.patches), sorted(float(value) for value in bars["delta"]))
    # A divergence is a line from swing to swing in both.
    for axes in (price, cvd):
        check.equal("notebook: divergences that are marked", len(axes.lines) - 1, len(names["divergences"]))
    # Together the sizes are the whole.
    ends = [float(line.get_ydata()[-1]) for line in figures[1].axes[0].lines]
    check("notebook: CVD of the sizes adds up", abs(sum(ends) - float(bars["cvd"][-1])) < 1e-6, (ends, bars["cvd"][-1]))
