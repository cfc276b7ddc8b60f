; Components used in JSX; lower-case names are elements of HTML.

(jsx_opening_element name: (identifier) @reference.call.capitalized)
(jsx_self_closing_element name: (identifier) @reference.call.capitalized)
