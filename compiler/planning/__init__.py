"""Decides what is made for each artifact: storage, preloads, gates. Plans are plain values; lowering writes them down."""
