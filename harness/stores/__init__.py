"""What is kept between runs; all of it can be deleted without harm."""
