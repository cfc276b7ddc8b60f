; Selectors of CSS by class and id, custom properties, animations. The capture names are explained in
; src/lang/compiled.rs.

(class_selector (class_name) @name .) @definition.property
(id_selector (id_name) @name) @definition.property
(declaration
  (property_name) @name
  (#match? @name "^--")) @definition.property
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.property

(import_statement (string_value (string_content) @import))
(import_statement (call_expression (arguments (string_value (string_content) @import))))

(comment) @comment
