{ large: { guarantee: '2G', limit: '4G' } }
