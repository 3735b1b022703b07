async def claims(authenticator):
    return {"a": 1

print("x"
