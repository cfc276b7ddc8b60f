; Definitions of Haskell. The capture names are explained in src/lang/compiled.rs.

(header module: (module) @name "where" @body) @definition.module.rest
(header module: (module) @exported)

; A type with one constructor is a record, one with several is an enumeration.
(data_type
  name: (name) @name
  constructors: (data_constructors . (data_constructor) .) @body) @definition.struct
(data_type name: (name) @name "where" @body) @definition.enum
(data_type name: (name) @name constructors: (_) @body) @definition.enum
(data_type name: (name) @name) @definition.struct
(data_type (infix operator: (_) @name)) @definition.struct
(newtype name: (name) @name constructor: (_) @body) @definition.struct
(data_family name: (name) @name) @definition.type_alias
(type_family name: (name) @name "where" @body) @definition.type_alias
(type_family name: (name) @name) @definition.type_alias
(type_synonym name: (name) @name) @definition.type_alias
(type_synonym (infix operator: (_) @name)) @definition.type_alias

; Constructors are callable and fields stand in no callable: what has fields is only its name.
(data_constructors
  . (data_constructor constructor: (record name: (constructor) @name @definition.constructor)) .)
(data_constructors
  . (data_constructor constructor: (prefix name: (constructor) @name)) @definition.constructor .)
(data_constructor constructor: (_ name: (constructor) @name)) @definition.enum_member
(data_constructor constructor: (infix operator: (constructor_operator) @name)) @definition.enum_member
(newtype_constructor name: (constructor) @name @definition.constructor)
(gadt_constructor name: (constructor) @name) @definition.enum_member
(field name: (field_name (variable) @name)) @definition.field

(pattern_synonym (equation synonym: (constructor) @name)) @definition.constructor
(pattern_synonym (equation synonym: (apply function: (constructor) @name))) @definition.constructor
(pattern_synonym
  (equation synonym: (apply function: (apply function: (constructor) @name)))) @definition.constructor
(pattern_synonym
  (equation
    synonym: (apply function: (apply function: (apply function: (constructor) @name))))) @definition.constructor
(pattern_synonym (equation synonym: (infix operator: (_) @name))) @definition.constructor
(pattern_synonym (equation synonym: (record constructor: (constructor) @name))) @definition.constructor

(class name: (name) @name "where" @body) @definition.trait
(class name: (name) @name) @definition.trait
(instance patterns: (type_patterns . (_) @name) "where" @body) @definition.impl.open
(instance patterns: (type_patterns . (_) @name)) @definition.impl.open
(deriving_instance patterns: (type_patterns . (_) @name)) @definition.impl.open

; Type signatures outside functions; the equations after them join them.
(declarations (signature name: [(variable) (prefix_id)] @name) @definition.function)
(declarations (signature names: (binding_list name: [(variable) (prefix_id)] @name)) @definition.function)
(class_declarations (signature name: [(variable) (prefix_id)] @name) @definition.method)
(class_declarations (signature names: (binding_list name: [(variable) (prefix_id)] @name)) @definition.method)
(instance_declarations (signature name: [(variable) (prefix_id)] @name) @definition.method)
(foreign_import signature: (signature name: (variable) @name)) @definition.function

(function name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function
(function (infix operator: (operator) @name) match: (_) @body) @definition.function
(function (infix operator: (infix_id (variable) @name)) match: (_) @body) @definition.function
(bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function.global
(declarations (bind pattern: (tuple (variable) @name @definition.function)))

; What the module exports; all of it without a list.
(export variable: (variable) @exported)
(export operator: (prefix_id (_) @exported))
(export type: (name) @exported)
(export children: (children element: [(constructor) (variable)] @exported))

(pragma) @attribute
(comment) @comment
(haddock) @comment
