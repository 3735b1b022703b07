"""Messages on a file as such: bytes, YAML syntax, what stands where."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {
    # what a fleet's folder has
    "not-a-file": Template("a folder stands where a file should be", "remove or rename the folder"),
    "not-a-folder": Template("a file stands where a folder should be", "remove or rename the file"),
    "special-file": Template("this is neither a file nor a folder", "replace it by a file"),
    "symlink-loop": Template("this link leads back to itself", "replace the link with the file that it should lead to"),
    "outside-fleet": Template("this link leads out of the fleet", "put a copy of the file into the fleet instead"),
    "unreadable": Template("this file cannot be read", "check its permissions"),
    "file-too-big": Template(
        "this file is larger than {limit} MB", "nothing that people write comes near it; keep data out of the configuration"
    ),
    "not-utf8": Template("the byte {byte} is not UTF-8", "save the file in UTF-8"),
    "file-empty": Template("this file is empty", "write what it should say, or delete it"),
    "not-a-mapping": Template("this file is {kind}, it must have settings as `key: value`", "{advice}"),
    # YAML
    "yaml-tab": Template("a tab stands in the indentation, YAML wants spaces", "replace it with spaces"),
    "yaml-look-alike": Template(
        "{wanted} belongs here, and this is another character ({name})", "type {wanted} in its place{space}"
    ),
    "yaml-dash-space": Template(
        "there is no space after this `-`",
        "write `- ` with the space; further lines of the item begin below the first letter after it",
    ),
    "yaml-colon-space": Template("there is no space after this colon", "write a space after the colon{written}"),
    "yaml-quote-open": Template("this quoted text does not end", "close the quote{written}"),
    "yaml-text-after": Template(
        "the value ends at the {closing} before this, and nothing can follow it", "quote the whole value{written}"
    ),
    "yaml-superfluous": Template("this `{character}` is one too many", "remove it"),
    "yaml-bracket-open": Template("this bracket is not closed", "write `{closing}` in line {at}, where it should end"),
    "yaml-no-comma": Template("there is no comma before this", "write a comma between two entries in brackets"),
    "yaml-brackets": Template(
        "this bracket is not closed, or something between its items is wrong", "close it, with commas between items"
    ),
    "yaml-second-colon": Template("a second `: ` in one line", "quote the whole value{written}"),
    "yaml-colon-here": Template(
        "a second `: ` on this line, or a line that is indented too far",
        'quote text that has ": " in it; keys that belong together begin in the same column',
    ),
    "yaml-too-far": Template(
        "this line is indented too far: what is above it has a value already",
        "begin it in column {wanted}, as line {like} does; if it belongs to the text above, quote the whole text",
    ),
    "yaml-no-dash": Template(
        "this line stands in the column of a list's items and has no `-`",
        "write `- ` before it{otherwise}",
    ),
    "yaml-indentation": Template(
        "this line does not begin in the column of those it belongs to", "begin it in column {wanted}, as line {like} does"
    ),
    "yaml-mixed": Template(
        "this line does not fit the block that begins in line {first}",
        "a block is a list, where every item begins with `- `, or it is keys with values; all of it begins in the same column",
    ),
    "yaml-cannot-begin": Template("`{character}` cannot begin a value", "quote the value{written}"),
    "yaml-no-value": Template("there is no value after this colon", "write the value, with a space before it"),
    "yaml-text-below": Template(
        "after a `{character}` that begins a value the text is on the lines below",
        "begin the text on the next line, indented; if it is to begin with `{character}`, quote it{written}",
    ),
    "yaml-item-here": Template(
        "a list item cannot stand here", "begin the list on a line of its own, or quote text that begins with `- `"
    ),
    "yaml-escape": Template(
        "this is no escape that double quotes know", "write the backslash twice, or use single quotes, where it means itself"
    ),
    "yaml-no-colon": Template(
        "this has no `: ` after it",
        "write {pair}; text that goes on from the line above is indented, and a remark begins with `#`",
    ),
    "yaml-unknown-alias": Template(
        "there is no anchor for `{token}` above this line", "quote the value when it should begin with a star{written}"
    ),
    "yaml-anchor-twice": Template("the anchor `{token}` is there already in line {first}", "give it another name"),
    "yaml-several-documents": Template("a second document begins here", "remove the line `{token}`; a file has one document"),
    "yaml-left-over": Template("this line does not belong to the settings, it was copied along", "remove it"),
    "yaml-conflict": Template(
        "git left two versions here that it could not join", "keep one of them, and remove the lines of `<`, `=` and `>`"
    ),
    "yaml-directive": Template("a line that begins with `%` is an order to YAML itself", "remove it, or quote the text"),
    "yaml-control-character": Template(
        "the character {number} is not allowed in YAML", 'remove it, or write it as "\\uXXXX" in double quotes'
    ),
    "yaml-syntax": Template("this is not YAML: {reason}", "quote the value if it is text, or begin again from the line above"),
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
