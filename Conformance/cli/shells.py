"""Real shells that are asked what they complete: bash, zsh and fish, each with the script that the binary printed for it."""
import os
import pty
import select
import subprocess
import time


class Bash:
    """Calls the completion function as bash does, words parted as bash parts them."""

    name = "bash"

    def __init__(self, script, home):
        self.script, self.home = script, home

    def complete(self, words, where):
        parted = []
        for word in words:
            parted += self.parts(word)
        quoted = " ".join("'" + word + "'" for word in parted)
        program = (f"source '{self.script}'; COMP_WORDS=({quoted}); COMP_CWORD={len(parted) - 1}; _millrace; "
                   "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "--norc", "-c", program], capture_output=True, text=True, cwd=where, timeout=20)
        assert not done.stderr, done.stderr
        # What bash replaces is its own last part.
        tail = parted[-1]
        before = words[-1][:len(words[-1]) - (0 if tail in ("=", ":") else len(tail))]
        return {before + line for line in done.stdout.splitlines()}

    @staticmethod
    def parts(word):
        """`--a=b:` as `--a`, `=`, `b`, `:`."""
        parts, current = [], ""
        for letter in word:
            if letter in "=:":
                parts += [current] if current else []
                parts.append(letter)
                current = ""
            else:
                current += letter
        return parts + [current] if current or not parts else parts


class Fish:
    name = "fish"

    def __init__(self, script, home):
        self.script, self.home = script, home

    def complete(self, words, where):
        line = " ".join(words)
        program = f"source '{self.script}'; complete -C '{line}'"
        done = subprocess.run(["fish", "--no-config", "-c", program], capture_output=True, text=True, cwd=where, timeout=20,
                              env={**os.environ, "HOME": self.home, "XDG_CONFIG_HOME": self.home, "XDG_DATA_HOME": self.home})
        assert not done.stderr, done.stderr
        return {line.split("\t")[0] for line in done.stdout.splitlines()}


class Terminal:
    """An interactive shell on a terminal of its own."""

    def __init__(self, words, where, environment):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(where)
            os.execvpe(words[0], words, environment)
        self.pid = pid

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read(self, until, seconds=20):
        """Reads what the shell draws while `until` does not hold."""
        end = time.monotonic() + seconds
        drawn = b""
        while not until():
            if time.monotonic() > end:
                raise TimeoutError(drawn[-2000:])
            if select.select([self.terminal], [], [], 0.02)[0]:
                try:
                    drawn += os.read(self.terminal, 65536)
                except OSError:
                    break
        return drawn

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class Zsh:
    """Presses Tab in an interactive zsh, and takes down what its completion functions offer."""

    name = "zsh"

    SETUP = """
        PS1= RPS1= PS2=
        setopt no_beep no_list_beep no_auto_list
        fpath=('{folder}' $fpath)
        autoload -Uz compinit && compinit -D -u
        zmodload zsh/zle
        offered='{home}/offered'
        # All matches go through compadd: those that are no intermediate result are taken down.
        compadd() {{
            if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\\ * ]]; then
                builtin compadd "$@"
                return
            fi
            local -a hits
            builtin compadd -A hits "$@"
            local prefix=$IPREFIX
            (( ${{@[(I)-p]}} )) && prefix+=${{@[${{@[(i)-p]}} + 1]}}
            (( $#hits )) && print -rl -- $prefix${{^hits}} >> $offered
            # They are offered all the same: functions count matches, and try something else where there are none.
            builtin compadd "$@"
        }}
        finished() {{ print -r -- $'\\1' >> $offered; }}
        zle -N finished
        bindkey '^X^F' finished
        print ready > $offered
    """

    def __init__(self, folder, home):
        self.home, self.offered = home, os.path.join(home, "offered")
        setup = os.path.join(home, "setup.zsh")
        with open(setup, "w", encoding="utf-8") as file:
            file.write(self.SETUP.format(folder=folder, home=home))
        self.terminal = Terminal(["zsh", "-f", "-i"], home, {**os.environ, "TERM": "dumb", "HOME": home, "ZDOTDIR": home})
        self.where = None
        self.terminal.type(f"source {setup}\n")
        self.terminal.read(lambda: self.text() == "ready\n")

    def text(self):
        try:
            with open(self.offered, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def complete(self, words, where):
        if where != self.where:
            self.where = where
            self.terminal.type(f"cd '{where}'\n")
        open(self.offered, "w").close()
        self.terminal.type("\x15" + " ".join(words) + "\t\x18\x06")
        self.terminal.read(lambda: self.text().endswith("\x01\n"))
        return set(self.text().splitlines()) - {"\x01"}

    def close(self):
        self.terminal.close()
