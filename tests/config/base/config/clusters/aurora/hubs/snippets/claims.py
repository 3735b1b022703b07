async def claims(authenticator, handler, authentication):
    return authentication
