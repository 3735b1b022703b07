local sizes = import 'sizes.libsonnet';

{
  jupyterhub: {
    hub: { db: { pvc: { storage: '5Gi' } } },
    singleuser: { memory: sizes.large, extraEnv: { ACCOUNT: std.extVar('VARS_2I2C_ACCOUNT_ID') } },
  },
}
