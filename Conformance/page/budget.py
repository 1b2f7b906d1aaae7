"""What frames cost the page's main thread, by chromium's own trace: processor time, so that others on the machine do not count."""
import json
import os

# A sixtieth of a second.
BUDGET = 1000 / 60
FRAME = "ProxyMain::BeginMainFrame"


def frames(browser, page, scratch, seconds):
    """The milliseconds of processor time that each frame took, ascending, and the share of all time that the thread was busy."""
    path = os.path.join(scratch, "trace.json")
    browser.start_tracing(page=page, path=path, categories=["-*", "toplevel", "cc"])
    page.wait_for_timeout(seconds * 1000)
    browser.stop_tracing()
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    threads = {(each["pid"], each["tid"]) for each in events if each.get("name") == "thread_name" and each["args"]["name"] == "CrRendererMain"}
    of = {thread: [each for each in events if each.get("ph") == "X" and (each["pid"], each["tid"]) == thread] for thread in threads}
    # The page's own renderer, not a spare one.
    ours = max(of.values(), key=lambda each: sum(event["name"] == FRAME for event in each))
    busy = sum(event.get("tdur", 0) for event in ours if event["name"] == "ThreadControllerImpl::RunTask")
    return sorted(event["tdur"] / 1000 for event in ours if event["name"] == FRAME), busy / 1e6 / seconds
