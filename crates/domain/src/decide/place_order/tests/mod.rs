mod arithmetic;
mod coupons;
mod limits;
mod rejections;
mod success;
