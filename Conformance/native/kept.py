"""Long answers of bars that are kept as files: asked for again they are the same bytes, and never what they no longer are."""
import glob
import os
import shutil

from tapes import import_file, write


def run(check, server, folder, lake):
    """With the long tape that the strains have left."""
    answers = os.path.join(lake, "bars", "answers")
    path = "/v1/bars/flow?venue=binance-futures&symbol=LONGUSDT&interval=1s&from=0&limit=all"
    kept = lambda: glob.glob(os.path.join(answers, "*.*"))
    shutil.rmtree(answers, ignore_errors=True)
    with server(lake) as serving:
        bodies = {}
        for format in ("parquet", "arrow", "csv", "json"):
            status, first, body = serving.ask(f"{path}&format={format}")
            again = serving.ask(f"{path}&format={format}")
            # The order of parameters is no other question.
            turned = serving.ask(f"{path.replace('venue=binance-futures&', '')}&format={format}&venue=binance-futures")
            check(f"{format}: made, then found", (status, again[0], turned[0]) == (200, 200, 200) and body == again[2] == turned[2] and len(body) > 1 << 20,
                  (status, again[0], len(body), len(again[2])))
            check(f"{format}: what is found is a file with a length, and has the same tag and type",
                  "Content-Length" not in first and again[1]["Content-Length"] == str(len(body)) and again[1]["Accept-Ranges"] == "bytes"
                  and first["ETag"] == again[1]["ETag"] and first["Content-Type"] == again[1]["Content-Type"]
                  and len(again[1].get_all("ETag")) == 1 and "Accept" in ", ".join(again[1].get_all("Vary")), (dict(first), dict(again[1])))
            bodies[format] = first["ETag"], body
        check.equal("four answers are four files", len(kept()), 4)
        tag, body = bodies["parquet"]
        check.equal("who has it need not have it again", serving.ask(f"{path}&format=parquet", {"If-None-Match": tag})[0], 304)
        part = serving.ask(f"{path}&format=parquet", {"Range": "bytes=-1000"})
        check("a part of it can be had", part[0] == 206 and part[2] == body[-1000:], part[0])
        whole = serving.ask(f"{path}&format=parquet", {"Range": "bytes=-1000", "If-Range": tag})
        check("a weak tag tells no bytes, so that If-Range gets all", whole[0] == 200 and whole[2] == body, whole[0])
        short = serving.ask(path.replace("1s", "1h"))
        check("short answers are not kept", short[0] == 200 and len(kept()) == 4, kept())
    before = {name: os.stat(name).st_mtime_ns for name in kept()}
    name = max(before, key=os.path.getsize)
    with open(name, "r+b") as file:
        file.seek(os.path.getsize(name) // 2)
        file.write(b"XXXXXXXX")
    with server(lake) as serving:
        for format, (tag, body) in bodies.items():
            check(f"{format}: the next server gives the same bytes, also where the file was damaged", serving.ask(f"{path}&format={format}")[2] == body)
        after = {name: os.stat(name).st_mtime_ns for name in kept()}
        check("and has made the damaged one anew, and no other", {name for name in after if after[name] != before.get(name)} == {name}, (before, after))
        trades = [(1704067200000 * 1000, 1, "buy", 5, 1)]
        write(os.path.join(folder, "more.csv"), trades, "contiguous")
        import_file(os.path.join(folder, "more.csv"), lake, "binance-futures", "LONGUSDT")
        status, headers, changed = serving.ask(f"{path}&format=parquet")
        check("a tape that has changed has another answer and another tag", status == 200 and headers["ETag"] != bodies["parquet"][0] and changed != body,
              (status, headers["ETag"]))
    shutil.rmtree(answers)
    with server(lake, "--kept-answers", "0") as serving:
        check("without room nothing is kept", serving.ask(f"{path}&format=parquet")[2] == changed and not kept(), kept())
