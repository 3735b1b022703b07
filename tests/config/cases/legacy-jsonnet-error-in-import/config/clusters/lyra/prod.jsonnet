local sizes = import 'sizes.libsonnet';
{
  jupyterhub: { singleuser: { memory: { limit: sizes.large } } },
}
