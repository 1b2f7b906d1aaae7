extension Command {
    static let completion = Command(
        name: "completion",
        summary: "Print a completion script for a shell",
        discussion: """
            The script knows every command and option, and completes their values: formats, datasets, venues, paths. `make install` lays it
            where shells look for it; by hand:

              bash   millrace completion bash > ~/.local/share/bash-completion/completions/millrace
              zsh    millrace completion zsh > ~/.zfunc/_millrace, with fpath+=~/.zfunc before compinit
              fish   millrace completion fish > ~/.config/fish/completions/millrace.fish
            """,
        operands: [CommandOperand(name: "SHELL", help: "bash, zsh or fish", takes: .choice(["bash", "zsh", "fish"]))],
        examples: [CommandExample("source <(millrace completion bash)", "for this shell only")]
    ) { arguments, _ in
        switch arguments.operands[0] {
        case "bash": try StandardOutput.write(BashCompletion.script(Command.all))
        case "zsh": try StandardOutput.write(ZshCompletion.script(Command.all))
        default: try StandardOutput.write(FishCompletion.script(Command.all))
        }
        return .success
    }
}
