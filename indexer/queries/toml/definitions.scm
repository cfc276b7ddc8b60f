; Tables and keys of TOML. The capture names are explained in src/lang/compiled.rs.

(table . [(bare_key) (dotted_key) (quoted_key)] @name (pair)? @body) @definition.property
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name (pair)? @body) @definition.property

(document (pair . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.property)
(table (pair . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.property)
(table_array_element (pair . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.property)

(comment) @comment
