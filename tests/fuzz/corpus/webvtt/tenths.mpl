[10][50]Hello|you
