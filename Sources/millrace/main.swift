Program(commands: Command.all).run(CommandLine.arguments)
