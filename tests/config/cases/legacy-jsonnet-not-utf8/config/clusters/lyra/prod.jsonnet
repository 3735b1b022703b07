{ name: 'é' }
