; Definitions of HCL, as Terraform uses it. The capture names are explained in src/lang/compiled.rs.

; resource "type" "name" { ... }
(config_file
  (body
    (block
      (identifier)
      . [(string_lit (template_literal) @scope) (identifier) @scope]
      . [(string_lit (template_literal) @name) (identifier) @name]
      . (block_start) @body) @definition.struct))

; variable "name" { ... }
(config_file
  (body
    (block
      (identifier) @_block
      . [(string_lit (template_literal) @name) (identifier) @name]
      . (block_start) @body) @definition.variable
    (#any-of? @_block "variable" "output" "locals")))
(config_file
  (body
    (block
      (identifier) @_block
      . [(string_lit (template_literal) @name) (identifier) @name]
      . (block_start) @body) @definition.module
    (#eq? @_block "module")))
(config_file
  (body
    (block
      (identifier)
      . [(string_lit (template_literal) @name) (identifier) @name]
      . (block_start) @body) @definition.struct))

(config_file
  (body
    (block
      (identifier) @_block
      (body (attribute (identifier) @name) @definition.variable))
    (#eq? @_block "locals")))
(config_file (body (attribute (identifier) @name) @definition.variable))

(comment) @comment
