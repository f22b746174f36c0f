"""The Lambda authorizer of stacks/sign_in.yaml: it checks the tokens of an OpenID Connect provider for API Gateway.

Its package holds these modules, what they import from functions/thumbs, and requirements.txt (operate/package.py).
The service's own package has none of it, so a service without this function carries neither PyJWT nor cryptography.

    handler     API Gateway's question and answer
    tokens      what a token must be
    provider    the provider's keys: when they are fetched, and for how long they count
    keys        which keys of a JSON Web Key Set verify tokens
    fetch       a bounded request to the provider
"""
