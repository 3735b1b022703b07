{
  jupyterhub: { singleuser: { defaultUrl: lab } },
}
