; Headings, ids and anchors of HTML. The capture names are explained in src/lang/compiled.rs.

(element
  (start_tag (tag_name) @_heading)
  .
  (text) @name
  (#match? @_heading "^([hH][1-6]|title)$")) @definition.heading
(element
  (start_tag (tag_name) @_heading)
  .
  (element (start_tag) . (text) @name)
  (#match? @_heading "^[hH][1-6]$")) @definition.heading

(start_tag
  (attribute
    (attribute_name) @_id
    [
      (attribute_value) @name
      (quoted_attribute_value (attribute_value) @name)
    ])
  (#eq? @_id "id")) @definition.property
(self_closing_tag
  (attribute
    (attribute_name) @_id
    [
      (attribute_value) @name
      (quoted_attribute_value (attribute_value) @name)
    ])
  (#eq? @_id "id")) @definition.property
(start_tag
  (tag_name) @_a
  (attribute
    (attribute_name) @_name
    [
      (attribute_value) @name
      (quoted_attribute_value (attribute_value) @name)
    ])
  (#eq? @_a "a")
  (#eq? @_name "name")) @definition.property

; <script src="...">, <link href="...">
(script_element
  (start_tag
    (attribute
      (attribute_name) @_src
      (quoted_attribute_value (attribute_value) @import)))
  (#eq? @_src "src"))
(start_tag
  (tag_name) @_link
  (attribute
    (attribute_name) @_href
    (quoted_attribute_value (attribute_value) @import))
  (#eq? @_link "link")
  (#eq? @_href "href"))

(comment) @comment
