{
  jupyterhub: {
    singleuser: { defaultUrl: },
  },
}
