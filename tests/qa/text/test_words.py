from qa.text.words import content_words


def test_content_words_leave_out_what_only_asks() -> None:
    assert content_words("Who was it that the al-Nusra Front's men fought in May 2015?") == [
        "al-Nusra", "Front's", "men", "fought", "May", "2015",
    ]  # fmt: skip
    assert content_words("Who was it?") == ["Who", "was", "it"]
