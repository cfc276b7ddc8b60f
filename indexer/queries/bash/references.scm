; Uses of names in shell scripts.

(command name: (command_name (word) @reference.call))
(command
  name: (command_name (word) @_runner)
  . argument: (word) @reference.call
  (#any-of? @_runner "run" "trap" "command" "builtin" "exec" "time" "sudo"))

(command
  name: (command_name (word) @_source)
  . argument: (_) @import
  (#any-of? @_source "source" "." "load" "bats_load_library"))
