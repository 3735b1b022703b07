"""`python -m tests.support.image`: builds the images where they are not cached, and prints their file and their references."""

from tests.support import image

if __name__ == "__main__":
    print(image.archive(), *image.references())
