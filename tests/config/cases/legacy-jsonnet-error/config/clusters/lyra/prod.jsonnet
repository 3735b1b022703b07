local size = error 'no size';
{
  jupyterhub: { singleuser: { memory: { limit: size } } },
}
