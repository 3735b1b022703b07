{
  jupyterhub: {
    singleuser: {
      memory: { limit: '2 gigs' },
      defaultURL: '/lab',
    },
  },
}
