; Keys of JSON, down to the third level. The capture names are explained in src/lang/compiled.rs.

(document
  (object
    (pair key: (string) @name value: [(object) (array)] @body) @definition.property))
(document
  (object
    (pair key: (string) @name) @definition.property))

(document
  (object
    (pair
      value: (object
        (pair key: (string) @name value: [(object) (array)] @body) @definition.property))))
(document
  (object
    (pair
      value: (object
        (pair key: (string) @name) @definition.property))))

(document
  (object
    (pair
      value: (object
        (pair
          value: (object
            (pair key: (string) @name value: [(object) (array)] @body) @definition.property))))))
(document
  (object
    (pair
      value: (object
        (pair
          value: (object
            (pair key: (string) @name) @definition.property))))))

(comment) @comment
