['jupyterhub']
