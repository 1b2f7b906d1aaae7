"""How races tell what they found."""
import sys

MILLION = 1_000_000


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Table:
    """A table of Markdown, and whether each target in it was met."""

    def __init__(self, title, header):
        self.lines = [f"### {title}", "", f"| {' | '.join(header)} |", "|" + "---|" * len(header)]

    def row(self, *cells):
        self.lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")

    def text(self, words):
        """A paragraph below the rows."""
        self.lines += ["", words]

    def verdict(self, what, value, target, met):
        if not self.lines[-1].startswith("- "):
            self.lines.append("")
        self.lines.append(f"- {what}: **{value}** (target {target}): {'met' if met else 'MISSED'}")

    def __str__(self):
        return "\n".join(self.lines) + "\n"
