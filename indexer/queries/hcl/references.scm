; Uses of names in HCL.

(function_call (identifier) @reference.call)

; var.name, local.name, module.name
(expression
  . (variable_expr (identifier) @_root)
  . (get_attr (identifier) @reference.call)
  (#any-of? @_root "var" "local" "module"))

; type.name of a resource, data.type.name
(expression
  . (variable_expr (identifier) @_type)
  . (get_attr (identifier) @reference.type)
  (#match? @_type "_"))
(expression
  . (variable_expr (identifier) @_data)
  . (get_attr)
  . (get_attr (identifier) @reference.type)
  (#eq? @_data "data"))

; module "x" { source = "./x" }
(block
  (identifier) @_module
  (body
    (attribute
      (identifier) @_source
      (expression (literal_value (string_lit (template_literal) @import)))))
  (#eq? @_module "module")
  (#eq? @_source "source"))
