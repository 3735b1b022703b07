// What follows from a hub's name and cluster.
local hub = std.extVar('VARS_2I2C_HUB_NAME');
local domain = std.extVar('VARS_2I2C_HUB_DOMAIN');
local provider = std.extVar('VARS_2I2C_PROVIDER');
local chart = std.splitLimit(std.thisFile, '/', 3)[2];

local values = {
  homes: { server: 'homes.%s.svc.cluster.local' % hub },
  jupyterhub: {
    ingress: { hosts: [domain], tls: [{ hosts: [domain], secretName: 'tls' }] },
    hub: { config: { OAuthenticator: { oauth_callback_url: 'https://%s/hub/oauth_callback' % domain } } },
    [if provider == 'aws' then 'singleuser']: { nodeSelector: { 'team/hub': hub } },
  },
};

if chart == 'daskhub' then { basehub: values } else values
