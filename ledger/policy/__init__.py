"""Law as data: dated, cited parameters and the pure rules that use them (葫政发〔2019〕12号 第十九条)."""
