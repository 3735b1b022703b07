{
  large: self.small,
}
