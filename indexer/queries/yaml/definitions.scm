; Keys of YAML, down to the third level, and anchors. The capture names are explained in src/lang/compiled.rs.

(document
  (block_node
    (block_mapping
      (block_mapping_pair key: (_) @name value: (block_node)? @body) @definition.property)))
(document
  (block_node
    (block_mapping
      (block_mapping_pair
        value: (block_node
          (block_mapping
            (block_mapping_pair key: (_) @name value: (block_node)? @body) @definition.property))))))
(document
  (block_node
    (block_mapping
      (block_mapping_pair
        value: (block_node
          (block_mapping
            (block_mapping_pair
              value: (block_node
                (block_mapping
                  (block_mapping_pair key: (_) @name value: (block_node)? @body) @definition.property)))))))))

(anchor (anchor_name) @name) @definition.property

(comment) @comment
