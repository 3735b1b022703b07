"""`python -m tests.support.image`: builds the image where it is not cached, and prints its file and its reference."""

from tests.support import image

if __name__ == "__main__":
    print(image.archive(), image.reference())
