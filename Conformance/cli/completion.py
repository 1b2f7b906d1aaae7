"""What bash, zsh and fish complete with the scripts that the binary prints: asked of the shells themselves."""
import os
import re
import shutil
import subprocess

from harness import millrace
from shells import Bash, Fish, Terminal, Zsh

INTERVALS = {"15s", "15m", "12h", "1s", "1m", "1h", "1d", "1w"}
LINES = [
    ("ba", {"bars", "backup"}),
    ("keys ", {"create", "list", "revoke", "rotate"}),
    ("simulate li", {"live"}),
    ("keys create --ven", {"--vendor"}),
    ("bars flow --format ", {"csv", "json", "parquet", "arrow", "svg", "png"}),
    ("bars flow --format=pa", {"--format=parquet"}),
    ("bars flow --interval 1", INTERVALS),
    ("bars flo", {"flow"}),
    ("bars flow,oh", {"flow,ohlcv"}),
    ("datasets trade", {"trade_size"}),
    ("bars flow --venue bybit-", {"bybit-spot", "bybit-linear", "bybit-inverse"}),
    ("bars flow --fields volume,taker_buy_sell_r", {"volume,taker_buy_sell_ratio"}),
    ("serve --log-level w", {"warning"}),
    ("serve --intervals 1m,3", {"1m,30s", "1m,30m", "1m,3m"}),
    ("serve --record okx-", {"okx-spot:", "okx-perps:"}),
    ("serve --endpoint bybit-s", {"bybit-spot="}),
    ("simulate live --only binance-spot:BTC", {"binance-spot:BTCUSDT"}),
    ("keys create --plan tier", {"tier1", "tier2", "tier3"}),
    ("verify --data du", {"dumps"}),
    ("import du", {"dump.zip", "dumps"}),
    ("import dump.zip --force du", {"dump.zip", "dumps"}),
    ("config check pl", {"plans.json5"}),
    ("completion z", {"zsh"}),
    ("bars flow --symbol ", set()),
    ("version wor", set()),
]


def commands():
    """The commands that help lists."""
    return re.findall(r"^  (\S+(?: \S+)?)  +\S", millrace("--help").stdout, re.M)


def options(command):
    """The options that a command's help lists."""
    text = millrace(*command.split(), "--help").stdout
    return set(re.findall(r"^  (--[a-z-]+)", text[text.index("\nOptions:"):], re.M))


def bare(words, kind):
    """Marks that a shell adds by itself, or leaves for later, are no part of the answer."""
    return {word.rstrip("=/:" if kind == "loose" else "/") for word in words}


def answers(checks, shell, where):
    # zsh keeps the mark apart from the word, and so it cannot be told from what `compadd` is given.
    kind = "loose" if shell.name == "zsh" else "strict"
    for line, expected in LINES:
        words = ["millrace", *line.split(" ")]
        checks.equal(f"{shell.name}: millrace {line}", bare(shell.complete(words, where), kind), bare(expected, kind))
    for command in commands():
        offered = shell.complete(["millrace", *command.split(), "--"], where)
        checks.equal(f"{shell.name}: the options of {command}", bare(offered, "loose"), options(command))
    firsts = {command.split()[0] for command in commands()}
    offered = shell.complete(["millrace", ""], where)
    checks(f"{shell.name}: all commands", firsts <= offered and offered - firsts <= {"help", "--help", "--version"}, offered)


def typed(checks, words, setup, line, expected, scratch, where):
    """Tab in an interactive shell: the words that the command is given in the end."""
    out, program = os.path.join(scratch, "typed"), os.path.join(scratch, "typed.sh")
    with open(program, "w", encoding="utf-8") as file:
        file.write(f"{setup}\nmillrace() {{ printf '<%s>' \"$@\" > {out}.new; mv {out}.new {out}; }}\nprintf ready > {out}\n")
    terminal = Terminal(words, where, {**os.environ, "TERM": "dumb", "HOME": scratch, "ZDOTDIR": scratch})
    terminal.type(f"source {program}\n")
    terminal.read(lambda: os.path.exists(out))
    os.remove(out)
    terminal.type(line + "\n")
    terminal.read(lambda: os.path.exists(out))
    with open(out, encoding="utf-8") as file:
        checks.equal(f"{words[0]}: a line typed with Tab", file.read(), expected)
    os.remove(out)
    terminal.close()


def check(checks, quick, scratch):
    missing = [shell for shell in ("bash", "zsh", "fish") if not shutil.which(shell)]
    if missing:
        return checks.skip(f"completion: no {', '.join(missing)} here; scripts/setup tests installs them")
    home, where = os.path.join(scratch, "home"), os.path.join(scratch, "where")
    os.makedirs(os.path.join(where, "dumps"))
    os.makedirs(home)
    for name in ("dump.zip", "dumps/one.csv", "plans.json5", "other.txt"):
        open(os.path.join(where, name), "w").close()
    scripts = {}
    for shell, name in (("bash", "millrace"), ("zsh", "_millrace"), ("fish", "millrace.fish")):
        scripts[shell] = os.path.join(home, name)
        done = millrace("completion", shell)
        checks(f"completion {shell}", done.status == 0 and not done.stderr and done.stdout.startswith("#"), done.stderr)
        with open(scripts[shell], "w", encoding="utf-8") as file:
            file.write(done.stdout)
        known = subprocess.run([shell, "-n", scripts[shell]], capture_output=True, text=True)
        checks(f"{shell} reads its script", known.returncode == 0 and not known.stderr, known.stderr)
    answers(checks, Bash(scripts["bash"], home), where)
    answers(checks, Fish(scripts["fish"], home), where)
    zsh = Zsh(home, home)
    answers(checks, zsh, where)
    zsh.close()
    sourced = subprocess.run(["zsh", "-fc", f"autoload -Uz compinit; compinit -D -u; source '{scripts['zsh']}'; print $_comps[millrace]"],
                             capture_output=True, text=True, env={**os.environ, "HOME": home, "ZDOTDIR": home})
    checks.equal("zsh: the script may be sourced", (sourced.stdout, sourced.stderr), ("_millrace\n", ""))
    line = "millrace simulate li\t--only binance-spot:BTC\t --faults=dumps/o\t --stea\t"
    expected = "<simulate><live><--only><binance-spot:BTCUSDT><--faults=dumps/one.csv><--steady>"
    typed(checks, ["bash", "--norc", "-i"], f"source '{scripts['bash']}'", line, expected, scratch, where)
    setup = f"fpath=('{home}' $fpath); autoload -Uz compinit && compinit -D -u"
    typed(checks, ["zsh", "-f", "-i"], setup, line, expected, scratch, where)
