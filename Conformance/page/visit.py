"""A visit of the page: a window whose errors are kept."""
import os

PICTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pictures")

# Told before any of the page's own scripts runs.
WATCH = """
document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Visit:
    def __init__(self, browser, size=(1440, 900), **options):
        self.context = browser.new_context(viewport=dict(zip(("width", "height"), size)), timezone_id="America/New_York", locale="en-GB", **options)
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.faults.append(f"{message.text} {message.location.get('url', '')}".strip()))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def expect(self, check, what, allowed=()):
        """Nothing was complained of but what had to be; the browser itself complains of requests that fail."""
        faults = [fault for fault in self.faults if not any(word in fault for word in allowed)]
        check.equal(f"{what}: no error in the console and none of the policy", faults, [])
        self.faults.clear()

    def picture(self, name):
        os.makedirs(PICTURES, exist_ok=True)
        self.page.screenshot(path=os.path.join(PICTURES, f"{name}.png"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


def accessible(check, page, what):
    """What axe finds wrong; the page runs in a context that lets axe in past its policy."""
    import axe_playwright_python

    with open(os.path.join(os.path.dirname(axe_playwright_python.__file__), "axe.min.js"), encoding="utf-8") as script:
        page.evaluate(script.read())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:3]} {one['nodes'][0].get('failureSummary', '')[:300]}" for one in found["violations"]]
    check.equal(f"{what}: axe finds nothing", told, [])
