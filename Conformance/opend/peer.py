"""What the vendor's own client says of a server, as lines of JSON: one for each step it is asked to take.

Runs in a Python of its own, because the client keeps its settings and its connections for the whole process.

usage: peer.py BRAND PORT [json] [encrypt] [key=FILE]      steps are lines of JSON on the input
"""
import json
import logging
import sys
import time

brand, port, *options = sys.argv[1:]
if brand == "moomoo":
    import moomoo as api
else:
    import futu as api
logging.disable(logging.CRITICAL)
api.SysConfig.enable_console_log(False)
api.SysConfig.set_all_thread_daemon(True)
if "json" in options:
    api.SysConfig.set_proto_fmt(api.ProtoFMT.Json)
for option in options:
    if option.startswith("key="):
        api.SysConfig.set_init_rsa_file(option[4:])
api.SysConfig.enable_proto_encrypt("encrypt" in options)


def say(value):
    print(json.dumps(value), file=answers, flush=True)


def table(data):
    """A DataFrame as its columns, or the words of an error."""
    return data if isinstance(data, str) else {name: data[name].tolist() for name in data.columns}


def statistic(market="US_SECURITY", measure="VOLUME", begin=None, end=None, key=None):
    ret, data, key = contexts[0].get_option_market_statistic(
        getattr(api.OptionMarket, market), getattr(api.OptionStatisticDataType, measure), begin_time=begin, end_time=end,
        page_req_key=key.encode() if key else None)
    return {"ret": ret, "data": table(data), "key": key.decode() if key is not None else None}


def pages(market="US_SECURITY", measure="VOLUME", begin=None, end=None):
    """The loop that the vendor documents."""
    found, key = [], None
    while True:
        page = statistic(market, measure, begin, end, key)
        found.append(page)
        key = page["key"]
        if key is None:
            return found


def underlying(code, begin, end):
    ret, data, key = contexts[0].get_option_underlying_his_statistic(code, begin_time=begin, end_time=end)
    return {"ret": ret, "data": table(data), "key": key.decode() if key is not None else None}


def state():
    ret, data = contexts[0].get_global_state()
    return {"ret": ret, "data": data}


def snapshot(code):
    ret, data = contexts[0].get_market_snapshot([code])
    return {"ret": ret, "data": data if isinstance(data, str) else "a table"}


def many(count):
    """Contexts that are open at once, each of which asks for the same."""
    contexts.extend(api.OpenQuoteContext(host="127.0.0.1", port=int(port)) for _ in range(count))
    first = [context.get_option_market_statistic(api.OptionMarket.US_SECURITY, api.OptionStatisticDataType.VOLUME,
                                                 "2026-06-01", "2026-06-15") for context in contexts]
    return [(ret, table(data) == table(first[0][1])) for ret, data, _ in first]


def wait(seconds):
    time.sleep(seconds)
    return contexts[0].status


# The client writes to the output as it likes.
answers, sys.stdout = sys.stdout, sys.stderr
contexts = [api.OpenQuoteContext(host="127.0.0.1", port=int(port))]
say({"brand": brand, "status": str(contexts[0].status)})
for line in sys.stdin:
    name, *arguments = json.loads(line)
    if name == "close":
        break
    try:
        say(globals()[name](*arguments))
    except Exception as error:
        say({"error": repr(error)})
for context in contexts:
    context.close()
say("closed")
