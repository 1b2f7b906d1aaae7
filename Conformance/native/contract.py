"""What the native API's answers look like: `/openapi.json` says it member by member, a list here pins it, and real answers fit it."""
import csv
import io
import json
import os

import jsonschema_rs

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "contract.txt")


def lines(path, schema):
    """A line each member: its way, its type and its unit."""
    if "anyOf" in schema and not all(part.get("type") != "object" for part in schema["anyOf"]):
        for part in schema["anyOf"]:
            members = part.get("properties", {})
            names = members.get("dataset", {}).get("enum", [])
            if members.get("venue", {}).get("enum") == ["basket"]:
                names = ["basket", *names]
            yield from lines(path + (f"<{' '.join(names)}>" if names else ""), part)
        return
    if schema.get("type") == "array":
        yield from lines(path + "[]", schema["items"])
    for name, member in schema.get("properties", {}).items():
        kinds = "|".join(part.get("type", "?") for part in member.get("anyOf", [member]))
        absent = "" if name in schema["required"] else "?"
        words = "".join(" " + word for word in (member.get("enum", []) if len(member.get("enum", [])) < 9 else []))
        unit = f" [{member['x-unit']}]" if "x-unit" in member else ""
        yield f"{path}.{name}{absent} {kinds}{unit}{words}"
        yield from lines(f"{path}.{name}", member)


def schemas(server):
    """Path to schema, of all that the native API answers in JSON."""
    document = json.loads(server.ask("/openapi.json")[2])
    found = {}
    for path, methods in document["paths"].items():
        if path.startswith("/v1/"):
            answer = methods["get"]["responses"].get("200", {}).get("content", {})
            if "application/json" in answer:
                found[path] = answer["application/json"].get("schema")
    return found


def pinned(check, known, accept):
    """Every member that there is stands in the list, and no other: who takes one away, renames it or turns its unit breaks somebody's program."""
    found = sorted({line for path, schema in known.items() for line in lines(path, schema or {})})
    if accept:
        with open(LIST, "w") as file:
            file.write("\n".join(found) + "\n")
    with open(LIST) as file:
        wanted = file.read().split("\n")[:-1]
    check("what answers look like is what contract.txt has; run.py --accept writes it anew", found == wanted,
          [f"-{line}" for line in wanted if line not in found][:10] + [f"+{line}" for line in found if line not in wanted][:10])
    check("every route says what it answers", all(known.values()), [path for path, schema in known.items() if not schema])
    undescribed = [name for path, schema in known.items() for name in silent(path, schema or {})]
    check("every member says what it is", not undescribed, undescribed)


def silent(path, schema):
    for part in schema.get("anyOf", []):
        yield from silent(path, part)
    yield from silent(path + "[]", schema["items"]) if "items" in schema else ()
    for name, member in schema.get("properties", {}).items():
        if not member.get("description"):
            yield f"{path}.{name}"
        yield from silent(f"{path}.{name}", member)


def run(check, server, made, accept=False):
    known = schemas(server)
    pinned(check, known, accept)
    datasets = sorted({schema["properties"]["dataset"]["enum"][0] for schema in known["/v1/bars/{dataset}"]["anyOf"]})
    asked = set()
    for tape in made:
        query = tape.query
        questions = [("/v1/instruments", ""), ("/v1/gaps", ""), ("/v1/trades", f"{query}&limit=5"), ("/v1/trades", f"{query}&from=0&limit=5"),
                     ("/v1/trades", f"{query}&from=0&limit=all"), ("/v1/large", f"{query}&min_notional=1&limit=5"),
                     ("/v1/large", f"{query}&min_notional=1&from=0&limit=all"), ("/v1/cvd", f"{query}&limit=5"),
                     ("/v1/cvd", f"{query}&from=0&limit=5"), ("/v1/footprint", f"{query}&from=0&limit=5"), ("/v1/footprint", f"{query}&limit=5"),
                     *((f"/v1/bars/{name}", f"{query}&from=0&limit={limit}") for name in datasets for limit in (5, "all"))]
        for path, words in questions:
            route = "/v1/bars/{dataset}" if path.startswith("/v1/bars/") else path
            asked.add(route)
            status, _, body = server.ask(f"{path}?{words}")
            fits(check, f"{path}?{words}", known[route], status, body)
            if path not in ("/v1/instruments", "/v1/gaps"):
                header = next(csv.reader(io.StringIO(server.ask(f"{path}?{words}&format=csv")[2].decode())))
                rows = json.loads(body)
                rows = rows.get("trades", rows.get("bars", rows.get("levels")))
                check(f"CSV of {path}?{words} has the same columns", not rows or header == list(rows[0]), header)
                if route == "/v1/bars/{dataset}":
                    # They are not required, because a request may choose; who does not has them all.
                    schema = next(part for part in known[route]["anyOf"] if part["properties"]["dataset"]["enum"] == [path.rsplit("/", 1)[1]])
                    check.equal(f"{path}?{words} has all columns", header, list(schema["properties"]["bars"]["items"]["properties"]))
    return asked


def fits(check, what, schema, status, body):
    errors = []
    if status == 200:
        errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(json.loads(body)))
    check(f"{what} looks as described", status == 200 and not errors, (status, [error.message[:300] for error in errors[:2]]))
