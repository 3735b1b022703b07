"""Messages on a file as such: bytes, YAML syntax, what stands where."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {
    # what a fleet's folder has
    "not-a-file": Template("a folder stands where a file should be", "remove or rename the folder"),
    "symlink-loop": Template("this link leads back to itself", "replace the link with the file that it should lead to"),
    "outside-fleet": Template("this link leads out of the fleet", "put a copy of the file into the fleet instead"),
    "unreadable": Template("this file cannot be read", "check its permissions"),
    "file-too-big": Template(
        "this file is larger than {limit} MB", "nothing that people write comes near it; keep data out of the configuration"
    ),
    "not-utf8": Template("the byte {byte} is not UTF-8", "save the file in UTF-8"),
    "file-empty": Template("this file is empty", "write what it should say, or delete it"),
    "not-a-mapping": Template("this file is {kind}, it must have settings as `key: value`"),
    # YAML
    "yaml-tab": Template("a tab stands in the indentation, YAML wants spaces", "replace it with spaces"),
    "yaml-quote-open": Template("this quoted text does not end", "close the quote"),
    "yaml-bracket-open": Template(
        "this bracket is not closed, or something between its items is wrong", "close it, with commas between items"
    ),
    "yaml-second-colon": Template(
        "a second `: ` on this line, or a line that is indented too far",
        'quote text that has ": " in it; keys that belong together begin in the same column',
    ),
    "yaml-indentation": Template(
        "this line does not fit the block that begins in line {first}",
        "keys and items that belong together begin in the same column",
    ),
    "yaml-cannot-begin": Template("`{character}` cannot begin a value", "quote the value"),
    "yaml-item-here": Template(
        "a list item cannot stand here", "begin the list on a line of its own, or quote text that begins with `- `"
    ),
    "yaml-escape": Template(
        "this is no escape that double quotes know", "write the backslash twice, or use single quotes, where it means itself"
    ),
    "yaml-no-colon": Template("this has no `: ` after it", "write `key: value`, with a space after the colon"),
    "yaml-unknown-alias": Template(
        "there is no anchor for `{token}` above this line", "quote the value when it should begin with a star"
    ),
    "yaml-anchor-twice": Template("the anchor `{token}` is there already in line {first}", "give it another name"),
    "yaml-several-documents": Template("a second document begins here", "remove the line `---`; a file has one document"),
    "yaml-control-character": Template(
        "the character {number} is not allowed in YAML", 'remove it, or write it as "\\uXXXX" in double quotes'
    ),
    "yaml-syntax": Template("this is not YAML: {reason}"),
    "yaml-too-deep": Template("this file is nested deeper than {limit} levels"),
    "yaml-tag": Template("the tag `{tag}` is not read here", "take it away, or quote the value"),
    "yaml-tag-value": Template("`{written}` is not of the type {tag} that its tag says", "take the tag away"),
    "yaml-key": Template("this cannot be a key", "quote it; text that begins with a brace or bracket is no plain text"),
    "yaml-duplicate-key": Template("`{key}` is said twice, first in line {first}", "keep one of the two"),
    "yaml-merge": Template("`<<` takes in a mapping, or a list of mappings"),
    "yaml-not-finite": Template("`{written}` is not a number that JSON can hold", "quote it when it is text"),
    "yaml-recursive-alias": Template("an alias in here leads back to this place"),
    "yaml-alias-bomb": Template(
        "with its aliases written out, this file has {size} values; {limit} are the limit", "write fewer aliases"
    ),
    "key-not-text": Template("the key `{written}` is not text, it is read as `{read}`", 'quote it: "{written}"'),
}
