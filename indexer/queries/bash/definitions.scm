; Definitions of shell scripts. The capture names are explained in src/lang/compiled.rs.

(function_definition name: (word) @name) @definition.function

(declaration_command
  "readonly"
  (variable_assignment name: (variable_name) @name) @definition.constant)
(declaration_command
  (word) @_flags
  (variable_assignment name: (variable_name) @name) @definition.constant
  (#match? @_flags "^-[A-Za-z]*r"))
(variable_assignment name: (variable_name) @name) @definition.variable

; X=1 command, for ((i = 0; ...))
(command (variable_assignment name: (variable_name) @ignored))
(c_style_for_statement (variable_assignment name: (variable_name) @ignored))

; The grammar takes the body of a bats test for statements of the file.
(declaration_command "local" (variable_assignment name: (variable_name) @ignored))

; @test "name" { ... } of bats: a command to the grammar.
(command
  name: (command_name (word) @_test)
  argument: [(string) (raw_string)] @name
  (#eq? @_test "@test")) @definition.function.test

(declaration_command) @wrapper
(subshell) @local
(command_substitution) @local
(process_substitution) @local

(comment) @comment
