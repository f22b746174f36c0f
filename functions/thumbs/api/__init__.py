"""What callers of the API send and get: requests, responses, and links and forms that are signed for them."""
